"""How a request comes in and an answer goes out: routes as data, shapes, pages, ETags."""
