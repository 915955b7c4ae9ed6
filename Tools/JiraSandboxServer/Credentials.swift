import ArgumentParser
import JiraSandbox

/// What stands behind `--credentials`: `email:token`.
struct Credentials: ExpressibleByArgument {
  let person: Person

  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    person = Person(email: String(parts[0]), token: String(parts[1]))
  }
}

extension Deployment: ExpressibleByArgument {}
