"""How a process serves HTTP: connections in an event loop, requests in threads."""
