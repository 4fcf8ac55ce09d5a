"""local-slack's page in the browser: the few things that every browser test does with it."""

from playwright.sync_api import Locator, Page

from tests.peers.local_slack import Person


def act_as(page: Page, person: Person) -> None:
    """Choose who sits at the page."""
    page.locator("select").first.select_option(label=person.real_name)


def open_channel(page: Page, name: str) -> None:
    """Go to a channel, or to the app by its name."""
    page.locator(".sidebar-item", has_text=name).click()


def say(page: Page, text: str) -> None:
    """Type a message or a slash command into the channel that is open, and send it."""
    box = page.locator("textarea, input.composer-input, .composer input[type=text]").last
    box.fill(text)
    box.press("Enter")


def modal(page: Page) -> Locator:
    """The modal that is open."""
    return page.locator(".modal").last


def field(page: Page, label: str) -> Locator:
    """The input under this label in the open modal; the page does not tie labels to inputs itself."""
    return modal(page).locator(".bk-input", has_text=label).locator("select, input, textarea").first


def submit(page: Page) -> None:
    """Press the modal's submit button."""
    modal(page).locator(".modal-foot .primary").click()
