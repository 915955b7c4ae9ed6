import Glibc

/// A program that runs beside the tests; it is ended by its own id and waited for when nobody holds it.
final class ChildProcess: Sendable {
  /// The program did not do as asked.
  struct Failure: Error {
    var step: String
  }

  private let id: pid_t
  private let output: Int32

  /// Starts a program found by PATH, with its standard output to be read here and none of this process's descriptors.
  ///
  /// - Parameter command: the program and its arguments.
  /// - Throws: `Failure` where it cannot be started.
  init(_ command: [String]) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(step: "pipe") }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // A connection of another test that lived on in this program would never be seen to close. Closing what is not
    // open is no failure: https://man7.org/linux/man-pages/man3/posix_spawn.3.html
    for descriptor in Int32(3)..<1024 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var id = pid_t()
    let failure = posix_spawnp(&id, command[0], &actions, nil, &arguments, environ)
    guard failure == 0 else {
      close(ends[0])
      throw Failure(step: "start \(command[0])")
    }
    (self.id, output) = (id, ends[0])
  }

  deinit {
    kill(id, SIGKILL)
    waitpid(id, nil, 0)
    close(output)
  }

  /// Reads until the output has a line with this beginning, and returns the line; blocks.
  ///
  /// - Parameter beginning: how the line begins.
  /// - Returns: the whole line, or nil where the output ends before.
  func line(beginning: String) -> String? {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      where line.hasPrefix(beginning) {
        return String(line)
      }
      let count = read(output, &buffer, buffer.count)
      guard count > 0 else { return nil }
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
  }
}
