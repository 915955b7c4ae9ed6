// The tests of the model land next.
