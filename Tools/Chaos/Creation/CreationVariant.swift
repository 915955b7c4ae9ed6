import ArgumentParser

/// How workers make issues: as the product does, or with a mistake that must be found.
enum CreationVariant: String, CaseIterable, Sendable, ExpressibleByArgument {
  case correct
  /// A client that sends a POST without an answer again by itself.
  case retryingPost = "retrying-post"
  /// A search that does not wait for the index: the first no is believed.
  case searchWithoutLag = "search-without-lag"
  /// Neither label nor property goes with the creation.
  case noMarker = "no-marker"
}
