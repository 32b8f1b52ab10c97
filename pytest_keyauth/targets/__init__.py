"""Who answers the clients: an emulator in this process, or a live server. One module a provider."""
