extension Duration {
  /// The length in seconds, as the database takes it.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
