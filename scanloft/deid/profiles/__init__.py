"""What a project chose: profiles, their files, and what is wrong or risky in them."""
