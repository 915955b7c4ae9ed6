extension Queue {
  /// Makes ticks believe that the server has been up since a moment, an expression in SQL.
  func server(startedAt moment: String) async throws {
    try await breakFunction(
      "jira_sync.run_tick(jira_sync.schedules,text)", replacing: "pg_postmaster_start_time()",
      with: moment)
  }
}
