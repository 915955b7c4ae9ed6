import CurlShim

/// What the curl thread and all others share, behind one lock.
struct CurlMailbox: Sendable {
  /// What a letter says.
  enum Letter: Sendable {
    case start(any TransferOrder)
    case cancel(any TransferOrder)
  }

  /// A multi handle that other threads may wake.
  ///
  /// Unchecked because of the raw pointer: curl_multi_wakeup is the one call that libcurl allows from any thread, as
  /// long as the handle lives. It is taken out of the mailbox before the handle is cleaned up.
  struct WakeTarget: @unchecked Sendable {
    var multi: UnsafeMutableRawPointer
  }

  /// What has come in, oldest first.
  private(set) var letters: [Letter] = []
  /// Set once nothing more is accepted: what later orders are told.
  var ending: TransferEnding?
  /// Whether the thread has let go of everything.
  var isOver = false
  /// Who waits for that.
  var waiting: [CheckedContinuation<Void, Never>] = []
  /// The handle to wake; nil while there is none.
  var wakeTarget: WakeTarget?

  /// Adds a letter and wakes the thread.
  mutating func post(_ letter: Letter) {
    letters.append(letter)
    // The thread takes all letters at once: only the first has to wake it.
    if letters.count == 1 { wake() }
  }

  /// Takes all letters out.
  mutating func collect() -> [Letter] {
    defer { letters = [] }
    return letters
  }

  /// Ends the thread's poll, or its next one if it is not polling now.
  func wake() {
    guard let wakeTarget else { return }
    // It fails only when its pipe is full, and then the poll ends anyway.
    _ = curl_multi_wakeup(wakeTarget.multi)
  }
}
