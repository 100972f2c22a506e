"""分解: what splitting a target over years or regions would give, before anything is stored."""
