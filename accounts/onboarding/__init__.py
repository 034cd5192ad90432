"""What people say of themselves after their registration, once."""
