import ArgumentParser
import Capture
import Configuration
import Logging
import ServiceLifecycle
import Yams
@main struct Heliograph: AsyncParsableCommand {}
