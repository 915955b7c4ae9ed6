import Glibc

extension PostgresConfiguration {
  /// One host of the connection string, with the parameters for it alone.
  struct Host: Equatable {
    /// The parameters of libpq, one `host`, `hostaddr` and `port` each at most.
    var parameters: [String: String]
    /// The name to look up; nil where there is an address or a Unix socket.
    var nameToResolve: String?
  }

  /// The hosts in the order they are tried.
  ///
  /// libpq can do this itself, but waits for names on the calling thread and has, without blocking, no time limit for each host.
  var hosts: [Host] {
    let names = Self.list(parameters["host"] ?? defaults["host"])
    let addresses = Self.list(parameters["hostaddr"] ?? defaults["hostaddr"])
    let ports = Self.list(parameters["port"] ?? defaults["port"])
    let count = max(names.count, addresses.count)
    // Nothing to split, or lists that do not match: libpq says what is wrong.
    let mismatch =
      !addresses.isEmpty && !names.isEmpty && names.count != addresses.count
      || ports.count > 1 && ports.count != count
    if count == 0 || mismatch { return [Host(parameters: parameters, nameToResolve: nil)] }
    let all = (0..<count).map { index -> Host in
      var own = parameters
      let name = names.isEmpty ? "" : names[index]
      let address = addresses.isEmpty ? "" : addresses[index]
      if !names.isEmpty { own["host"] = name }
      if !addresses.isEmpty { own["hostaddr"] = address }
      if !ports.isEmpty { own["port"] = ports.count == 1 ? ports[0] : ports[index] }
      let isName = !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@")
      return Host(parameters: own, nameToResolve: isName && address.isEmpty ? name : nil)
    }
    guard count > 1, effective("target_session_attrs") == "prefer-standby" else { return all }
    // One host at a time has no preference: first only a standby will do, then anything.
    return all.map { $0.with("target_session_attrs", "standby") }
      + all.map { $0.with("target_session_attrs", "any") }
  }

  private static func list(_ value: String?) -> [String] {
    guard let value, !value.isEmpty else { return [] }
    return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

extension PostgresConfiguration.Host {
  fileprivate func with(_ name: String, _ value: String) -> Self {
    var copy = self
    copy.parameters[name] = value
    return copy
  }

  /// The parameters for each address of the host; looks the name up on a thread of its own.
  func addresses(
    until deadline: ContinuousClock.Instant
  ) async -> Result<[[String: String]], Resolver.Failure> {
    guard let nameToResolve else { return .success([parameters]) }
    return await Resolver.addresses(of: nameToResolve, until: deadline).map { addresses in
      addresses.map { with("hostaddr", $0).parameters }
    }
  }
}
