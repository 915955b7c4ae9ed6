import SyncConfiguration
import Testing

@testable import JiraSyncCLI

/// `.env` files as people write them.
struct EnvFileTests {
  @Test(arguments: [
    ("A=1", "1"), ("  A = 1  ", "1"), ("export A=1", "1"), ("export\tA=1", "1"), ("A=", ""),
    ("A=x # said why", "x"), ("A=pa#ss", "pa#ss"), ("A= # nothing", ""),
    ("A=postgresql://u:p@h/d?x=y", "postgresql://u:p@h/d?x=y"), ("A=two words", "two words"),
    // A reader that interpolates would lose half of such a password.
    ("A=$HOME", "$HOME"), ("A='$x \\n # \"'", "$x \\n # \""), ("A=\"x # y\" # z", "x # y"),
    ("A=\"a\\n\\t\\\"\\\\\\$\"", "a\n\t\"\\$"), ("A=\"C:\\dir\"", "C:\\dir"), ("A=''", ""),
    ("\u{FEFF}A=1", "1"), ("A=1\r", "1"), ("A=é", "é"),
  ])
  func `a line gives a value`(line: String, expected: String) throws {
    #expect(try EnvFile(parsing: line).values == ["A": expected])
  }

  @Test
  func `blank lines and comments say nothing; of two lines with one name the later wins`() throws {
    let file = try EnvFile(parsing: "# first\n\nA=1\r\n   # indented\nB=2\nA=3\n")
    #expect(file.values == ["A": "3", "B": "2"])
  }

  @Test
  func `a variable may be called export`() throws {
    #expect(try EnvFile(parsing: "export=1").values == ["export": "1"])
  }

  @Test(arguments: [
    "hunter2", "1A=hunter2", "A B=hunter2", "A='hunter2", "A=\"hunter2", "A='x'hunter2",
    "=hunter2", "A-B=hunter2", "A=\"hunter2\\\"",
  ])
  func `what is no setting is refused with its line and without its text`(line: String) {
    let error = #expect(throws: EnvFileError.self) {
      try EnvFile(parsing: "# one\nGOOD=1\r\n\(line)")
    }
    #expect(error?.line == 3)
    // A whole line may be a password that somebody pasted. A name is repeated only where an = or a quote shows that it is one.
    if line != "hunter2" { #expect(error?.description.contains("hunter2") == false) }
  }
}
