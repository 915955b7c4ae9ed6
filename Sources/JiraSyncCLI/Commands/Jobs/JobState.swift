import ArgumentParser

/// The states of a job that a listing can ask for.
enum JobState: String, CaseIterable, ExpressibleByArgument {
  case ready, running, dead
}
