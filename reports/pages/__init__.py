"""The pages of a statement as blocks, in their one order, for every form that is read."""
