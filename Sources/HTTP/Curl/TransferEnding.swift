import CurlShim

/// How a transfer ended.
enum TransferEnding: Sendable {
  /// libcurl finished it, well or not.
  case finished(CURLcode)
  /// Its caller no longer waits for it.
  case cancelled
  /// Its deadline passed.
  case deadlinePassed
  /// The client was shut down.
  case shutDown
  /// libcurl itself failed; the text says how.
  case broken(String)

  /// Whether it took too long.
  var isTimeout: Bool {
    switch self {
    case .deadlinePassed, .finished(CURLE_OPERATION_TIMEDOUT): true
    default: false
    }
  }
}
