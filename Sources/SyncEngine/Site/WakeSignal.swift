/// Wakes the task that waits; a signal without a waiting task wakes the next one.
actor WakeSignal {
  private var isRung = false
  private var waiter: CheckedContinuation<Void, Never>?
  private var visit = 0

  /// Wakes who waits.
  func send() {
    guard let waiter else {
      isRung = true
      return
    }
    self.waiter = nil
    waiter.resume()
  }

  /// Waits until it is sent, until a time has passed, or until the task is cancelled.
  ///
  /// - Parameter limit: how long to wait; nil for as long as it takes.
  func wait(atMost limit: Duration?) async {
    visit += 1
    let mine = visit
    let timer = limit.map { limit in
      Task {
        try await Task.sleep(for: limit)
        self.send(visit: mine)
      }
    }
    defer { timer?.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if isRung || Task.isCancelled {
          isRung = false
          continuation.resume()
        } else {
          waiter = continuation
        }
      }
    } onCancel: {
      Task { await self.send() }
    }
  }

  private func send(visit: Int) {
    guard visit == self.visit, let waiter else { return }
    self.waiter = nil
    waiter.resume()
  }
}
