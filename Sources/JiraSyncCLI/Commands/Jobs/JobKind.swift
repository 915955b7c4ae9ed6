import ArgumentParser

/// The kinds of jobs that a listing can ask for.
enum JobKind: String, CaseIterable, ExpressibleByArgument {
  case push, pull, sync, poll
  case fullSync = "full_sync"
  case sweep, report, notify, noop
}
