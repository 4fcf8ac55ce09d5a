"""A plan in the making: where each piece is, and what room that leaves."""

from collections.abc import Iterable, Mapping

from planners.sprints.pieces import Pieces


class Plan:
    """Sprint of each piece with the packed room left, kept in step."""

    def __init__(self, pieces: Pieces, sprints: Iterable[int]) -> None:
        self.pieces = pieces
        self.sprints = list(sprints)
        self.left = [list(row) for row in pieces.room]
        for piece, sprint in enumerate(self.sprints):
            if sprint < pieces.never and not pieces.fixed[piece]:
                self.left[pieces.crew[piece]][sprint] -= pieces.need[piece]
        self.complete = all(sprint < pieces.never for sprint in self.sprints)
        self.score = pieces.score(self.sprints)

    def move(self, moves: Mapping[int, int]) -> bool:
        """Puts pieces into other sprints if that keeps every rule and makes the plan better; else changes nothing."""
        moves = {piece: sprint for piece, sprint in moves.items() if sprint != self.sprints[piece]}
        if not moves:
            return False
        back = {piece: self.sprints[piece] for piece in moves}
        self._put(moves)
        score = self.pieces.score(self.sprints)
        if score < self.score and self._allowed(moves):
            self.score = score
            return True
        self._put(back)
        return False

    def place_first(self, piece: int, sprints: Iterable[int]) -> None:
        """Moves a piece to the first of these sprints that has room for it; dependencies are the caller's care."""
        pieces = self.pieces
        crew = pieces.crew[piece]
        guard, need = pieces.packings[crew].guard, pieces.need[piece]
        for sprint in sprints:
            if sprint not in pieces.forbidden[piece] and (self.left[crew][sprint] - need) & guard == guard:
                self._put({piece: sprint})
                return

    def set_aside(self, away: Iterable[int]) -> None:
        """Takes pieces out of their sprints, to look at the others alone; the score stays that of the whole."""
        self._put(dict.fromkeys(away, self.pieces.never))

    def _put(self, moves: Mapping[int, int]) -> None:
        pieces = self.pieces
        for piece, sprint in moves.items():
            left, need, was = self.left[pieces.crew[piece]], pieces.need[piece], self.sprints[piece]
            if was < pieces.never:
                left[was] += need
            if sprint < pieces.never:
                left[sprint] -= need
            self.sprints[piece] = sprint

    def _allowed(self, moved: Iterable[int]) -> bool:
        pieces, now, never = self.pieces, self.sprints, self.pieces.never
        for piece in moved:
            sprint = now[piece]
            if any(sprint < min(never, now[earlier] + lag) for earlier, lag in pieces.before[piece]):
                return False
            if any(now[later] < min(never, sprint + lag) for later, lag in pieces.after[piece]):
                return False
            if sprint < never:
                crew = pieces.crew[piece]
                guard = pieces.packings[crew].guard
                if self.left[crew][sprint] & guard != guard:
                    return False
        return True
