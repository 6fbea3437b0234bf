package exhibit
