"""The routes of who became whom; they are answered by a function of their own."""

from functions.api.edge.route import Route

ROUTES: tuple[Route, ...] = ()
