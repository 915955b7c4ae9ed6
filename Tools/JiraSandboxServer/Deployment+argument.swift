import ArgumentParser
import JiraSandbox

extension Deployment: ExpressibleByArgument {}
