// swift-tools-version: 6.2
import PackageDescription

/// One settings array for every Swift target: Swift 6 mode, and no warning is let through.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
  .enableUpcomingFeature("ExistentialAny"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
  .enableUpcomingFeature("MemberImportVisibility"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0480-swiftpm-warning-control.md
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
  name: "jira-sync",
  products: [
    .executable(name: "jira-sync", targets: ["JiraSyncCLI"]),
    .executable(name: "jira-sandbox", targets: ["JiraSandboxServer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // What the sandbox takes from Hummingbird's own dependencies by name.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    // C, and what makes it usable from Swift.
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "CurlShim", dependencies: ["CLibCurl"]),
    .target(name: "CSys"),

    // The product, from the bottom up: a target imports only what stands above it here.
    .target(name: "JSON", swiftSettings: settings),
    .target(name: "Locks", swiftSettings: settings),
    .target(
      name: "Postgres", dependencies: ["CLibPQ", "CSys", "Locks", logging],
      swiftSettings: settings),
    .target(
      name: "HTTP", dependencies: ["CLibCurl", "CurlShim", "CSys", "Locks", logging],
      swiftSettings: settings),
    .target(
      name: "Schema", dependencies: ["Postgres"], swiftSettings: settings,
      plugins: ["EmbedMigrationsPlugin"]),
    .target(
      name: "JobQueue", dependencies: ["Postgres", "JSON", "Locks", "CSys", logging],
      swiftSettings: settings),
    .target(
      name: "Jira", dependencies: ["HTTP", "JSON", "Locks", logging], swiftSettings: settings),
    .target(name: "Mapping", dependencies: ["Jira", "JSON"], swiftSettings: settings),
    .target(name: "Planning", dependencies: ["Mapping", "Jira", "JSON"], swiftSettings: settings),
    .target(
      name: "SyncConfiguration",
      dependencies: ["Planning", "Mapping", "Jira", "HTTP", "Postgres", "JSON", yams, logging],
      swiftSettings: settings),
    .target(
      name: "SyncEngine",
      dependencies: [
        "SyncConfiguration", "Planning", "Mapping", "JobQueue", "Jira", "Postgres", "JSON", "Locks",
        logging,
      ], swiftSettings: settings),
    .target(
      name: "Notifications",
      dependencies: [
        "SyncConfiguration", "JobQueue", "Jira", "HTTP", "Postgres", "JSON", "Locks", logging,
      ], swiftSettings: settings),
    .target(
      name: "Dashboard",
      dependencies: [
        "SyncConfiguration", "JobQueue", "Postgres", "JSON", "Locks", "CSys", nioCore, nioPosix,
        nioHTTP1, logging,
      ], swiftSettings: settings),
    .executableTarget(
      name: "JiraSyncCLI",
      dependencies: [
        "Dashboard", "Notifications", "SyncEngine", "SyncConfiguration", "Planning", "Mapping",
        "Schema",
        "JobQueue",
        "Jira", "HTTP", "Postgres", "JSON", "CSys",
        argumentParser, logging,
        unixSignals,
      ], swiftSettings: settings),

    // A JIRA to try and test against.
    .target(
      name: "JiraSandbox",
      dependencies: ["JSON", hummingbird, nioCore, httpTypes, lifecycle, unixSignals, logging],
      path: "Tools/JiraSandbox", swiftSettings: settings),
    .executableTarget(
      name: "JiraSandboxServer", dependencies: ["JiraSandbox", argumentParser, logging],
      path: "Tools/JiraSandboxServer", swiftSettings: settings),

    // What scripts/bench measures with.
    .executableTarget(
      name: "Bench",
      dependencies: [
        "SyncEngine", "SyncConfiguration", "Planning", "Mapping", "Jira", "JobQueue", "HTTP",
        "Postgres", "JSON",
        "Simulation", argumentParser, logging,
      ], path: "Tools/Bench", swiftSettings: settings),
    // What breaks the queue on purpose: a model of it, and faults of every kind under real workers.
    .executableTarget(
      name: "Chaos",
      dependencies: [
        "SyncEngine", "SyncConfiguration", "Planning", "Mapping", "Jira", "HTTP", "JiraSandbox",
        "JobQueue", "Schema",
        "Postgres", "JSON", "Locks", "Simulation", argumentParser, logging, unixSignals,
      ], path: "Tools/Chaos", swiftSettings: settings),

    // The migrations become part of the binary while it is built, each time a file of them changes, comes or goes.
    .executableTarget(
      name: "EmbedMigrations", path: "Tools/EmbedMigrations", swiftSettings: settings),
    .plugin(
      name: "EmbedMigrationsPlugin", capability: .buildTool(), dependencies: ["EmbedMigrations"]),

    // Tests.
    // Seeded chance, and a model of two people and a worker: for tests, and for scripts/bench and scripts/chaos.
    .target(
      name: "Simulation", dependencies: ["Planning", "Mapping", "Jira", "JSON"],
      path: "Tests/Simulation", swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["Postgres", "Schema", "CSys", "Locks", logging],
      path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(
      name: "SyncConfigurationTests",
      dependencies: [
        "SyncConfiguration", "Planning", "Mapping", "Jira", "Postgres", "JSON", "Simulation", yams,
      ],
      swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "PostgresTests",
      dependencies: ["Postgres", "Locks", "TestSupport", "Simulation", logging],
      swiftSettings: settings),
    .testTarget(
      name: "HTTPTests", dependencies: ["HTTP", "Locks", "CSys"], swiftSettings: settings),
    .testTarget(
      name: "SchemaTests", dependencies: ["Schema", "Postgres", "TestSupport"],
      exclude: ["rights.txt"],
      swiftSettings: settings),
    .testTarget(
      name: "JobQueueTests",
      dependencies: [
        "JobQueue", "Postgres", "Schema", "JSON", "Locks", "TestSupport", "Simulation", logging,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ChaosTests", dependencies: ["Chaos", "JobQueue", "Postgres", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "JiraTests", dependencies: ["Jira", "HTTP", "JSON", "Simulation"],
      swiftSettings: settings),
    .testTarget(
      name: "MappingTests", dependencies: ["Mapping", "Jira", "JSON", "Simulation"],
      swiftSettings: settings),
    .testTarget(
      name: "PlanningTests", dependencies: ["Planning", "Mapping", "Jira", "JSON", "Simulation"],
      swiftSettings: settings),
    .testTarget(
      name: "SyncEngineTests",
      dependencies: [
        "SyncEngine", "SyncConfiguration", "Planning", "Mapping", "Jira", "JobQueue", "HTTP",
        "Postgres", "JSON",
        "Locks", "JiraSandbox", "TestSupport", "Simulation", logging,
      ], swiftSettings: settings),
    .testTarget(
      name: "NotificationsTests",
      dependencies: [
        "Notifications", "SyncConfiguration", "JobQueue", "HTTP", "Jira", "Postgres", "JSON",
        "Locks",
        "JiraSandbox",
        "TestSupport", logging,
      ], exclude: ["servers"], swiftSettings: settings),
    .testTarget(
      name: "DashboardTests",
      dependencies: [
        "Dashboard", "SyncConfiguration", "JobQueue", "Postgres", "JSON", "Locks", "JiraSyncCLI",
        "TestSupport", logging,
      ], exclude: ["tools"], swiftSettings: settings),
    .testTarget(
      name: "JiraSandboxTests", dependencies: ["JiraSandbox", "HTTP", "JSON"],
      swiftSettings: settings),
    .testTarget(
      name: "JiraSyncCLITests",
      dependencies: [
        "JiraSyncCLI", "Notifications", "SyncEngine", "SyncConfiguration", "Planning", "Mapping",
        "JobQueue", "Jira",
        "JiraSandbox", "Postgres",
        "Schema", "JSON",
        "TestSupport", argumentParser, logging,
      ], exclude: ["help.txt"], swiftSettings: settings),
  ]
)
