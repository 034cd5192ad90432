"""Roles of staff: groups, and the permissions that releases gave them."""
