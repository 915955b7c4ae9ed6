import Foundation
import JSON
import Synchronization

/// A JIRA to try and test against: requests in, answers out, no server.
public final class Sandbox: Sendable {
  let options: SandboxOptions
  let store: Store
  let log = RequestLog()
  let faults = FaultRules()
  private let limits = Mutex(RateLimits())
  private let configured: Mutex<Site>
  private let recorder: Recorder?

  /// Opens a sandbox.
  ///
  /// - Parameter options: how it behaves.
  /// - Throws: `SandboxError` where a time zone is unknown or the state file cannot be used.
  public init(_ options: SandboxOptions = SandboxOptions()) throws(SandboxError) {
    self.options = options
    var site = try Site(
      deployment: options.deployment, people: options.people, zoneName: options.siteZone)
    site.translations = Translations(own: options.translations)
    site.storedNames = options.storedNames
    site.heedsForcedLanguage = options.heedsForcedLanguage
    let lag = options.indexLag.components
    store = try Store(
      path: options.stateFile,
      lag: lag.seconds * 1000 + lag.attoseconds / 1_000_000_000_000_000, now: options.now)
    if let fields = store.read({ $0.fields }) { site.set(fields: fields) }
    configured = Mutex(site)
    recorder = try options.recordFile.map { path throws(SandboxError) in try Recorder(path: path) }
  }

  /// How the site is configured now.
  var site: Site { configured.withLock { $0 } }

  /// Changes how the site is configured; its fields outlive the process where the state does.
  ///
  /// - Parameter body: the change; where it throws, nothing is changed. It must not touch the state.
  /// - Returns: what the body returns.
  /// - Throws: what the body throws, and a `Refusal` where the state file cannot be written.
  func configure<Result: Sendable>(
    _ body: (inout Site) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    try configured.withLock { site throws(Refusal) in
      var changed = site
      let result = try body(&changed)
      if changed.fields != site.fields {
        let fields = changed.fields
        try store.change { $0.keep(fields: fields) }
      }
      site = changed
      return result
    }
  }

  /// Brings the state file to the disk.
  ///
  /// - Throws: `SandboxError.stateFile`.
  public func synchronise() throws(SandboxError) { try store.synchronise() }

  /// Answers a request as the server does, faults included, and logs it.
  ///
  /// - Parameter request: the request.
  /// - Returns: the answer, or what happens to the connection instead.
  public func respond(to request: SandboxRequest) async -> SandboxOutcome {
    let isAdmin = options.hasAdmin && request.path.hasPrefix(Sandbox.adminPrefix)
    guard !isAdmin else { return .reply(administer(request)) }
    let number = log.begin(
      method: request.method, path: request.path, time: options.now(),
      user: try? authenticate(request)?.email)
    let fault = faults.take(method: request.method, path: request.path)
    let outcome = await respond(to: request, with: fault)
    log.end(number, status: outcome.status)
    if case .reply(let reply) = outcome, let recorder {
      recorder.record(request, reply, isFault: fault != nil)
    }
    return outcome
  }

  private func respond(
    to request: SandboxRequest, with fault: Fault.Action?
  ) async -> SandboxOutcome {
    switch fault {
    case nil: return .reply(answer(request))
    case .latency(let milliseconds):
      // Cancelled when the client or the server goes away: there is nobody left to answer.
      do { try await Task.sleep(for: .milliseconds(milliseconds)) } catch { return .reset }
      return .reply(answer(request))
    case .reply(let reply): return .reply(reply)
    case .late(let reply): return .reply(reply(options.now()))
    case .resetBefore: return .reset
    case .resetAfterCommit:
      _ = answer(request)
      return .reset
    case .hang:
      return .hang
    case .truncate: return .truncated(answer(request))
    }
  }

  /// Answers a request.
  ///
  /// - Parameter request: the request.
  /// - Returns: the answer.
  public func answer(_ request: SandboxRequest) -> SandboxReply {
    let caller: Person?
    do throws(Refusal) { caller = try authenticate(request) } catch { return .refusal(error) }
    var reply: SandboxReply
    do throws(Refusal) {
      if options.hasRateLimits { try limit(request) }
      reply = try route(request, caller: caller)
    } catch {
      reply = .refusal(error)
    }
    // Each answer names the user that it was given to.
    switch site.deployment {
    case .server: reply.headers.append(("X-AUSERNAME", caller?.name ?? "anonymous"))
    case .cloud: if let caller { reply.headers.append(("X-AACCOUNTID", caller.accountID)) }
    }
    return reply
  }

  private func authenticate(_ request: SandboxRequest) throws(Refusal) -> Person? {
    guard let header = request.headers["authorization"] else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    let credentials = parts.count == 2 ? String(parts[1]) : ""
    let found: Person? =
      switch parts.first?.lowercased() {
      case "bearer": site.people.first { $0.token == credentials }
      case "basic":
        Data(base64Encoded: credentials).flatMap { data in
          let pair = String(decoding: data, as: UTF8.self)
          return site.people.first {
            pair == "\($0.email):\($0.token)" || pair == "\($0.name):\($0.token)"
          }
        }
      default: nil
      }
    if found == nil, site.deployment == .server, parts.first?.lowercased() == "bearer" {
      // A personal access token that is not valid any more: Data Center serves the call as an anonymous user.
      return nil
    }
    guard let found else {
      throw Refusal(
        status: 401,
        messages: ["Client must be authenticated to access this resource."],
        headers: [
          ("WWW-Authenticate", "OAuth realm=\"\(base(of: request))\""),
          ("X-Seraph-LoginReason", "AUTHENTICATED_FAILED"),
        ])
    }
    return found
  }

  private func limit(_ request: SandboxRequest) throws(Refusal) {
    let (method, path, now) = (request.method, request.segments.dropFirst(3), options.now())
    let named = path.first == "issue" ? path.dropFirst().first : nil
    let issue = named.flatMap { name in store.read { $0.issue(name)?.id } }
    let endpoint = path.map { issue != nil && $0 == named ? "*" : $0 }.joined(separator: "/")
    try limits.withLock { limits throws(Refusal) in
      try limits.take(method: method, endpoint: endpoint, issue: issue, at: now)
    }
  }

  private func base(of request: SandboxRequest) -> String {
    "http://\(request.headers["host"] ?? "\(options.host):\(options.port)")"
  }

  private func route(
    _ request: SandboxRequest, caller: Person?
  ) throws(Refusal) -> SandboxReply {
    let segments = request.segments
    let base = base(of: request)
    if segments.starts(with: ["rest", "api"]), segments.count > 3 {
      let version: APIVersion? =
        segments[2] == "latest" ? .v2 : APIVersion(rawValue: segments[2])
      if let version, version == .v2 || site.deployment == .cloud {
        let call = Call(request: request, caller: caller, version: version, base: base)
        return try api(call, ArraySlice(segments[3...]))
      }
    }
    let call = Call(request: request, caller: caller, version: .v3, base: base)
    switch (request.method, segments) {
    case ("GET", ["_edge", "tenant_info"]) where site.deployment == .cloud:
      return .json(["cloudId": .string(site.cloudID)])
    case ("GET", []): return pageOfList(call)
    case (_, let parts) where parts.count >= 2 && parts[0] == "browse":
      return try browse(call, key: parts[1], rest: parts.dropFirst(2))
    default: throw Sandbox.noSuchPath
    }
  }

  static let noSuchPath = Refusal(
    status: 404, messages: ["null for uri: no resource of this kind exists here."])
}
