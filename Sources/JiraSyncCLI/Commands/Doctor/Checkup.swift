import SyncConfiguration

/// Collects what the checks of one area find, and shows each at once.
struct Checkup {
  let area: String
  private(set) var findings: [Finding] = []
  private let show: (Finding) -> Void

  init(_ area: String, show: @escaping (Finding) -> Void) {
    self.area = area
    self.show = show
  }

  /// All is well.
  mutating func ok(_ name: String, _ text: String) { note(name, .ok, text, nil) }

  /// Something optional is absent, or will bite some day.
  mutating func warning(_ name: String, _ text: String, remedy: String) {
    note(name, .warning, text, remedy)
  }

  /// It does not work.
  mutating func failure(_ name: String, _ text: String, remedy: String?) {
    note(name, .failure, text, remedy)
  }

  /// An error is a failure; its words say what to do.
  mutating func failure(_ name: String, _ error: any Error) {
    if let error = error as? SettingsError {
      for problem in error.problems {
        note(problem.variable, .failure, problem.found, "Example: \(problem.example)")
      }
      return
    }
    note(name, .failure, ErrorReport(error).text, nil)
  }

  private mutating func note(
    _ name: String, _ level: Finding.Level, _ text: String, _ remedy: String?
  ) {
    let finding = Finding(area: area, name: name, level: level, text: text, remedy: remedy)
    findings.append(finding)
    show(finding)
  }
}
