"""Ask: questions in words, answered with the figures, how the question was read, and what the answer covers."""

from pages.components import conversation, frame

frame.head("Ask")
thread = conversation.choose()
conversation.history(thread)
conversation.ask(thread, conversation.question(thread))
