"""The engines that code text: one compiled shell over them, and the facts about their levels.

What an engine does is written in C, in csrc/engines; here is how it is called, and with which options.
"""
