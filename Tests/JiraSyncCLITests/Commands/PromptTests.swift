import Foundation
import TestSupport
import Testing

/// Questions at a terminal: a pseudoterminal of Python's, since only there anything is asked.
@Suite(.timeLimit(.minutes(20)))
struct PromptTests {
  /// Starts a program at a terminal, answers questions, then presses Ctrl-C; prints what it saw and the exit code.
  private static let person = """
    import os, pty, select, signal, sys, time
    answers = sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], [sys.argv[1], "init"])
    seen = b""
    def wait_for(text):
        global seen
        deadline = time.time() + 600
        while text not in seen and time.time() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 4096)
    for index in range(0, len(answers), 2):
        wait_for(answers[index].encode())
        os.write(terminal, answers[index + 1].encode())
    # One that does not end is killed: -9.
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(600)
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status))
    """

  /// Catches an end of the input that is taken for an empty answer, again and again.
  @Test
  func `Ctrl-D at a question ends it with 1, and nothing is written`() async throws {
    try await Program.withFolder { program in
      let outcome = try await program.execute(
        URL(filePath: "/usr/bin/env"),
        ["python3", "-c", Self.person, try Program.executable().path, "Database", "\u{4}"],
        environment: ["PATH": "/usr/bin:/bin", "TERM": "dumb"])
      #expect(outcome.output == "1\n", "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
      #expect(!left.contains(".env") && !left.contains("jira-sync.yaml"))
    }
  }

  /// Catches a read that goes on until a line has come, so that the person's next command is eaten.
  @Test
  func
    `Ctrl-C at the first question, or at one further on, ends it at once with 130, and nothing is written`()
    async throws
  {
    for answers in [
      ["Database", "\u{3}"], ["Database", "postgresql://a@127.0.0.1:1/b\r", "JIRA site", "\u{3}"],
    ] {
      try await Program.withFolder { program in
        let outcome = try await program.execute(
          URL(filePath: "/usr/bin/env"),
          ["python3", "-c", Self.person, try Program.executable().path] + answers,
          environment: ["PATH": "/usr/bin:/bin", "TERM": "dumb"])
        #expect(outcome.output == "130\n", "\(outcome.errors)")
        let left = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
        #expect(!left.contains(".env") && !left.contains("jira-sync.yaml"))
      }
    }
  }
}
