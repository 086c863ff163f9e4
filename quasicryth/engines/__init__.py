"""The engines that code text: one compiled shell over them, and the facts about their levels."""
