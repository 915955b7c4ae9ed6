import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test or suite where the cluster does not run pg_cron.
  public static var requiresPgCron: Self {
    .enabled("needs a cluster that runs pg_cron; scripts/test starts one") {
      guard TestCluster.isAvailable else { return false }
      return try await CronDatabase.name() != nil
    }
  }
}
