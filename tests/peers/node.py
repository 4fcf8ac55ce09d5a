"""Node and npm packages; the demo needs the same, so it lives there."""

from bot.demo.node import Node, find_node, install

__all__ = ["Node", "find_node", "install"]
