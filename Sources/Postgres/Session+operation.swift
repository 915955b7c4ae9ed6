import CLibPQ
import Glibc

extension Session {
  /// How long a statement may go on after it was asked to stop; then the connection is given up.
  static let cancelGrace = Duration.seconds(10)

  /// Sends a request; its end comes as a call of the closure.
  func start(
    _ request: Request, doing: String, ticket: UInt64,
    completion: @escaping (Result<[PostgresResult], PostgresError>) -> Void
  ) {
    precondition(operation == nil, "two statements at once on one connection")
    guard isOpen, let connection else {
      completion(.failure(unusable(doing: doing)))
      return
    }
    if let refusal = Self.refusal(of: request, doing: doing) {
      completion(.failure(refusal))
      return
    }
    if case .pipeline(let statements) = request, statements.isEmpty {
      completion(.success([]))
      return
    }
    var way = PreparedStatements.Way.unnamed
    if case .query(let statement) = request { way = preparedStatements.way(of: statement) }
    let preamble = preamble(of: request)
    operation = Operation(
      ticket: ticket, doing: doing, request: request, way: way, preamble: preamble,
      completion: completion)
    if let answerLimit {
      timer = executor.schedule(at: .now + answerLimit) { [unowned self] in
        timer = nil
        operation?.isOverdue = true
        cancelOverdue(ticket)
      }
    }
    if send(request, way, after: preamble, on: connection) { pump() } else { failSending() }
  }

  /// What libpq would do silently wrong, or refuse half-way through a pipeline.
  private static func refusal(of request: Request, doing: String) -> PostgresError? {
    let statements: [SQL]
    switch request {
    case .query(let statement): statements = [statement]
    case .pipeline(let all): statements = all
    case .begin: statements = []
    case .script(let text): statements = [SQL(unescaped: text)]
    }
    for statement in statements {
      if statement.binds.count > 65_535 {
        return PostgresError(
          kind: .misuse, message: "\(statement.binds.count) parameters, and the protocol has 65535",
          hint: "pass arrays", doing: doing)
      }
      // C strings end there: the server would get half of the value.
      let hasNull = statement.binds.contains { $0?.containsZero == true }
      if hasNull || statement.text.containsZero {
        return PostgresError(
          kind: .misuse, sqlState: "22021",
          message: "Postgres' text cannot hold the character U+0000", doing: doing)
      }
    }
    return nil
  }

  private func send(
    _ request: Request, _ way: PreparedStatements.Way, after preamble: [SQL],
    on connection: OpaquePointer
  ) -> Bool {
    switch request {
    case .query(let statement) where preamble.isEmpty: send(statement, way, on: connection)
    case .query(let statement): send(all: preamble + [statement], on: connection)
    case .pipeline(let statements): send(all: preamble + statements, on: connection)
    case .begin(let mode) where preamble.isEmpty: send(mode.begin, on: connection)
    case .begin: send(all: preamble, on: connection)
    case .script(let text): PQsendQuery(connection, Self.text(of: preamble) + text) == 1
    }
  }

  private func send(all statements: [SQL], on connection: OpaquePointer) -> Bool {
    guard PQenterPipelineMode(connection) == 1 else { return false }
    for statement in statements where !send(statement, on: connection) { return false }
    return PQpipelineSync(connection) == 1
  }

  /// What stands before a script.
  private static func text(of preamble: [SQL]) -> String {
    preamble.map { $0.text + "; " }.joined()
  }

  private func send(
    _ statement: SQL, _ way: PreparedStatements.Way, on connection: OpaquePointer
  ) -> Bool {
    switch way {
    case .unnamed: return send(statement, on: connection)
    case .prepared(let name): return run(statement, name: name, on: connection)
    case .preparing(let name):
      return PQenterPipelineMode(connection) == 1
        && PQsendPrepare(connection, name, statement.text, 0, nil) == 1
        && run(statement, name: name, on: connection)
        && PQpipelineSync(connection) == 1
    }
  }

  private func run(_ statement: SQL, name: String, on connection: OpaquePointer) -> Bool {
    withCStrings(statement.binds) { values in
      PQsendQueryPrepared(
        connection, name, Int32(statement.binds.count), values, nil, nil, 0) == 1
    }
  }

  private func send(_ statement: SQL, on connection: OpaquePointer) -> Bool {
    withCStrings(statement.binds) { values in
      PQsendQueryParams(
        connection, statement.text, Int32(statement.binds.count), nil, values, nil, nil, 0) == 1
    }
  }

  private func failSending() {
    guard let connection, let doing = operation?.doing else { return }
    if PQstatus(connection) == CONNECTION_BAD {
      lose()
      return
    }
    // Part of it may be in libpq's buffer, so the connection is of no use any more.
    end(
      PostgresError(
        kind: .misuse, message: PostgresError.oneLine(String(cString: PQerrorMessage(connection))),
        doing: doing), isLoss: true)
  }

  /// Moves bytes both ways and takes what has come.
  ///
  /// Reads even while it has to write: in a pipeline the server stops reading while its answers are not read.
  func pump() {
    guard let connection else { return }
    guard PQconsumeInput(connection) == 1 else {
      // What came before the end of the stream is still to be read: the reason, mostly.
      takeResults()
      takeNotifications()
      if isOpen { lose() }
      return
    }
    let flushed = PQflush(connection)
    takeResults()
    takeNotifications()
    guard isOpen, self.connection == connection else { return }
    if flushed < 0 || PQstatus(connection) == CONNECTION_BAD {
      lose()
      return
    }
    watch(flushed == 1 ? POLLIN | POLLOUT : POLLIN)
    finishIfComplete()
  }

  private func takeNotifications() {
    guard let connection else { return }
    while let notification = PQnotifies(connection) {
      notifications.yield(
        PostgresNotification(
          channel: String(cString: notification.pointee.relname),
          payload: String(cString: notification.pointee.extra),
          backendPID: notification.pointee.be_pid))
      PQfreemem(notification)
    }
  }

  private func takeResults() {
    guard let connection else { return }
    while isOpen, let current = operation, !current.isComplete, PQisBusy(connection) == 0 {
      guard let result = PQgetResult(connection) else {
        // In a pipeline NULL only ends the answer to one of its statements.
        if !current.isPipelined { operation?.isComplete = true }
        if PQstatus(connection) == CONNECTION_BAD { return }
        continue
      }
      defer { PQclear(result) }
      take(result)
    }
  }

  private func take(_ result: OpaquePointer) {
    guard let doing = operation?.doing else { return }
    switch PQresultStatus(result) {
    case PGRES_PIPELINE_SYNC: operation?.isComplete = true
    case PGRES_PIPELINE_ABORTED: break
    case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      operation?.results.append(PostgresResult(result: result, doing: doing))
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      end(
        PostgresError(
          kind: .misuse, message: "COPY is not supported; the connection was closed",
          hint: "insert from arrays with unnest", doing: doing), isLoss: true)
    default:
      var error = PostgresError(result: result, doing: doing)
      if let operation, case .script = operation.request, let position = error.position {
        error.position = position - Self.text(of: operation.preamble).count
      }
      if operation?.failure == nil { operation?.failure = error }
    }
  }

  private func finishIfComplete() {
    guard let finished = operation, finished.isComplete, !finished.isCancelInFlight else { return }
    if let timer { executor.cancel(timer: timer) }
    timer = nil
    if finished.isPipelined, let connection, PQexitPipelineMode(connection) != 1 {
      lose()
      return
    }
    operation = nil
    let results = learn(from: finished)
    guard var failure = finished.failure else {
      finished.completion(.success(results))
      return
    }
    if finished.way.isNamed, PreparedStatements.mayBeAboutName(failure) {
      preparedStatements.lost()
      // A server that does not know its names may be another one, without our settings.
      if failure.sqlState != "0A000" { isPinned = false }
      // Nothing was carried out. In a transaction that is over with the error, whoever began it does it again.
      if !finished.isCancelRequested, !isInTransaction {
        start(
          finished.request, doing: finished.doing, ticket: finished.ticket,
          completion: finished.completion)
        return
      }
    }
    if finished.isOverdue {
      failure.hint = Self.overdueHint
    } else if finished.isCancelRequested, failure.sqlState == "57014" {
      failure.kind = .cancelled
    }
    finished.completion(.failure(failure))
  }

  /// Takes from an operation that has ended what is about prepared statements, and answers the rest of its results.
  func learn(from finished: Operation) -> [PostgresResult] {
    var results = Array(finished.results.dropFirst(finished.preamble.count))
    switch finished.way {
    case .unnamed, .prepared: break
    case .preparing(let name):
      // What was prepared stays so, also where running it failed.
      guard !results.isEmpty, case .query(let statement) = finished.request else { break }
      results.removeFirst()
      preparedStatements.kept(statement.text, as: name)
    }
    return results
  }

  // MARK: Cancelling

  /// A request to cancel what runs; nil where nothing does.
  func cancelRequest() -> CancelRequest? {
    guard operation != nil, let connection else { return nil }
    return CancelRequest(of: connection)
  }

  /// Begins to cancel what runs under the ticket; nil where that has ended or is being cancelled.
  func beginCancel(ticket: UInt64) -> CancelRequest? {
    guard let connection, let current = operation, current.ticket == ticket, !current.isComplete,
      !current.isCancelRequested, let request = CancelRequest(of: connection)
    else { return nil }
    operation?.isCancelRequested = true
    operation?.isCancelInFlight = true
    if let timer { executor.cancel(timer: timer) }
    timer = executor.schedule(at: .now + Self.cancelGrace) { [unowned self] in
      timer = nil
      giveUp()
    }
    return request
  }

  /// Not even the cancel request was answered.
  private func giveUp() {
    guard let current = operation else { return }
    let error =
      current.isOverdue
      ? PostgresError(
        kind: .connectionLost, message: "the server did not answer; the connection was given up",
        hint: Self.overdueHint, doing: current.doing)
      : PostgresError(
        kind: .cancelled,
        message: "cancelled, and the server did not answer; the connection was given up",
        doing: current.doing)
    end(error, isLoss: true)
  }

  private static let overdueHint =
    "the server took too long for an answer; look for locks that it waits for (pg_stat_activity), and at what lies between"

  /// The cancel request has arrived, or never will.
  func cancelReturned(ticket: UInt64) {
    guard operation?.ticket == ticket else { return }
    operation?.isCancelInFlight = false
    finishIfComplete()
  }
}
