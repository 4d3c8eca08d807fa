"""An evaluation of a model that shares nothing with its import: what `alt compile` compares the compiled library with."""
