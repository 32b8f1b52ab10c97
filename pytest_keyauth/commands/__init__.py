"""The commands of ``keyauth`` that work on live providers. One module a command."""
