"""What users call: functions on bytes, file objects, objects for pieces, asyncio, and files replaced in one step."""
