import Glibc
import NIOCore

/// Why the dashboard cannot be served where it was asked for.
public struct DashboardBindError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Whether another program has the port: that may pass, while a wrong address does not.
  public let isTaken: Bool
  /// What was tried, what came back, what to do next.
  public let description: String

  init(host: String, port: Int, _ error: any Error) {
    let code = (error as? IOError)?.errnoCode
    isTaken = code == EADDRINUSE
    let what = "cannot serve the dashboard on \(host) port \(port)"
    switch code {
    case EADDRINUSE:
      description =
        "\(what): another program listens there, another worker perhaps. Choose another "
        + "--http-port, or 0 for any that is free"
    case EACCES, EPERM:
      description =
        "\(what): this user may not listen there. Choose a --http-port of 1024 or more"
    case EADDRNOTAVAIL:
      description =
        "\(what): no interface of this machine has that address. Check --http-host; 0.0.0.0 is "
        + "all of them"
    default:
      description =
        "\(what): \(error). Check --http-host: an address of this machine, such as 127.0.0.1"
    }
  }
}
