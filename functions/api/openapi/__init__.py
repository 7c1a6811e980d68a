"""What the API says of itself: an OpenAPI document made from the routes, and a page of it."""
