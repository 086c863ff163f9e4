"""What users call: functions on bytes, file objects, objects for pieces, asyncio, and files replaced in one step.

All public names of the package but the errors and the tilings come from here; `outputs` has files appear whole or not at all.
"""
