import Glibc

/// Looks names up without blocking anybody: `getaddrinfo` waits for a name server.
enum Resolver {
  /// How long a name server may take: the system turns to the second after five seconds, see resolv.conf(5).
  static let patience = Duration.seconds(15)

  /// Why a name has no address, in the system's words.
  struct Failure: Error {
    let reason: String
  }

  /// The addresses of a host in numeric form, in the system's order of preference.
  ///
  /// - Parameters:
  ///   - host: the name.
  ///   - deadline: when to stop waiting; the thread that asks ends when the system's own limit is reached.
  /// - Returns: at least one address, or the reason why there is none.
  static func addresses(
    of host: String, until deadline: ContinuousClock.Instant
  ) async -> Result<[String], Failure> {
    let answer = Once<Result<[String], Failure>>()
    if !BlockingThread.start(name: "postgres-dns", { answer.deliver(lookUp(host)) }) {
      answer.deliver(.failure(Failure(reason: "no thread could be started")))
    }
    PollExecutor.shared.perform {
      _ = PollExecutor.shared.schedule(at: deadline) {
        answer.deliver(.failure(Failure(reason: "no name server answered in time")))
      }
    }
    return await withTaskCancellationHandler {
      await answer.value()
    } onCancel: {
      answer.deliver(.failure(Failure(reason: "cancelled")))
    }
  }

  private static func lookUp(_ host: String) -> Result<[String], Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_family = AF_UNSPEC
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0 else {
      return .failure(Failure(reason: String(cString: gai_strerror(status))))
    }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next?.pointee {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let status = getnameinfo(
        entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      if status == 0 {
        let address = String(
          decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if !addresses.contains(address) { addresses.append(address) }
      }
      next = entry.ai_next
    }
    return addresses.isEmpty ? .failure(Failure(reason: "no address")) : .success(addresses)
  }
}
