import Glibc
import SyncConfiguration

/// Questions to the person at the terminal.
enum Prompt {
  /// Asks for yes or no; no is what a mere Enter means.
  ///
  /// - Parameter question: the question.
  /// - Returns: whether the answer was yes.
  /// - Throws: `ExitCode` 130 after Ctrl-C.
  static func confirm(_ question: String) async throws -> Bool {
    let answer = try await line("\(question) [y/N] ") ?? ""
    return ["y", "yes"].contains(answer.lowercased())
  }

  /// Asks for a line.
  ///
  /// - Parameters:
  ///   - question: what stands before the cursor.
  ///   - isSecret: whether what is typed stays unseen.
  /// - Returns: the line without white space around it; nil at the end of the input.
  /// - Throws: `ExitCode` 130 after Ctrl-C.
  static func line(_ question: String, isSecret: Bool = false) async throws -> String? {
    var before = termios()
    let isHidden = isSecret && tcgetattr(0, &before) == 0
    if isHidden {
      var silent = before
      silent.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(0, TCSANOW, &silent)
    }
    let saved = before
    defer {
      if isHidden {
        var saved = saved
        tcsetattr(0, TCSANOW, &saved)
        StandardStream.error.draw("\n")
      }
    }
    // The read blocks, so it has a thread of its own; Ctrl-C leaves it behind, and the process ends.
    return try await interruptible(saying: "stopped") {
      // Only now would Ctrl-C be heard.
      StandardStream.error.draw(question)
      let answer = AsyncStream.makeStream(of: String?.self)
      BlockingRead.start {
        answer.continuation.yield(readLine()?.trimmed)
        answer.continuation.finish()
      }
      // Unlike a continuation, a stream ends when its reader is cancelled, whether the line has come or not.
      for await line in answer.stream { return line }
      return nil
    }
  }
}
