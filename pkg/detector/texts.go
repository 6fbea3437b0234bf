package detector

// Texts are the words that settings rest on, by how the settings call them: a model file carries
// them, so that it needs no other file and nobody's edits change what it says.
type Texts map[string]string

// Wordy is of settings that rest on words: on a file of them, or on what the program ships.
type Wordy interface {
	Settings
	// Texts reads them.
	Texts(Common) (Texts, error)
}

// TextsOf are the texts that settings rest on; none for settings without words.
func TextsOf(s Settings, c Common) (Texts, error) {
	if w, ok := s.(Wordy); ok {
		return w.Texts(c)
	}
	return nil, nil
}
