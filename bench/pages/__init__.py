"""From kept results to what people read: tables, pictures, a recorded session, the first demonstration."""
