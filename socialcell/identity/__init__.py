"""Who acts: operators, their roles, passwords, second factors and sessions."""
