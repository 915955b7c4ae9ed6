import ArgumentParser

/// Which sides a sync may write, as the command line says it.
enum SyncDirectionOption: String, CaseIterable, ExpressibleByArgument {
  case push, pull, both

  /// The kind of the jobs.
  var kind: String { self == .both ? "sync" : rawValue }
}
