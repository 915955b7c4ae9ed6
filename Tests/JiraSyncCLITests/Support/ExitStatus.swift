@testable import JiraSyncCLI

/// Swift Testing has a type of this name, too.
typealias ExitStatus = JiraSyncCLI.ExitStatus
