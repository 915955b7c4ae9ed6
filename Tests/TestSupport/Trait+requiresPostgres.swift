import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test or suite where there is no database to test with.
  public static var requiresPostgres: Self {
    .enabled(
      if: TestCluster.isAvailable, "needs JIRA_SYNC_TEST_DATABASE_URL; scripts/test starts one")
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test or suite where the cluster does not run pg_cron.
  public static var requiresPgCron: Self {
    .enabled("needs a cluster that runs pg_cron; scripts/test starts one") {
      guard TestCluster.isAvailable else { return false }
      return try await CronDatabase.name() != nil
    }
  }
}
