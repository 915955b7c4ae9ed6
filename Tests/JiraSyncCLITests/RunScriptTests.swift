import Testing

/// What `scripts/run` refuses before it installs, builds or starts anything.
struct RunScriptTests {
  @Test
  func `--help says how it is called`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.script("run", ["--help"])
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("Usage: scripts/run [--once] [--data FILE]"))
    }
  }

  @Test(arguments: [["--frobnicate"], ["extra"], ["--data"]])
  func `a wrong command line is 64`(arguments: [String]) async throws {
    try await Program.withFolder { program in
      let outcome = try await program.script("run", arguments)
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("scripts/run"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test(arguments: [
    ("DATABASE_URL", "postgresql://ada:geheim@db.example.com/audit", "JIRA_BASE_URL"),
    ("JIRA_BASE_URL", "https://example.atlassian.net", "DATABASE_URL"),
  ])
  func `only one of database and JIRA is a mistake: 78, naming the one that is missing`(
    set: String, value: String, missing: String
  ) async throws {
    // A script that takes either for "configured" would work on a stranger's database or start its own.
    try await Program.withFolder { program in
      let outcome = try await program.script(
        "run", ["--once"], environment: [missing: "", set: value])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("\(set) is set but \(missing) is not"))
      #expect(!outcome.errors.contains("geheim"))
    }
  }

  @Test(arguments: [
    ("", "is empty"), ("a;b\n1;2\n", "separated by commas"), ("file_path,file_path\n", "twice"),
    ("File Path\n", "'File Path' is no column name"),
  ])
  func `a file that is no CSV is refused, in words`(text: String, said: String) async throws {
    try await Program.withFolder { program in
      try program.write(text, to: "audit.csv")
      // The path is taken from where the caller stands, not from the checkout.
      let outcome = try await program.script("run", ["--once", "--data", "audit.csv"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("audit.csv"))
      #expect(outcome.errors.contains(said))
    }
  }

  @Test(arguments: [["--data", "none.csv"], ["--data=none.csv"]])
  func `a file that does not exist is named`(arguments: [String]) async throws {
    try await Program.withFolder { program in
      let outcome = try await program.script("run", arguments)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("there is no file") && outcome.errors.contains("/none.csv"))
    }
  }
}
