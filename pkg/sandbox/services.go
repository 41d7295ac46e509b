package sandbox

// otherServices lists the services beside Application Auto Scaling.
func otherServices() []*service {
	return []*service{sageMakerService(), cloudWatchService(), stsService()}
}

// otherCodecs lists the wire protocols beside AWS JSON.
func otherCodecs() []codec { return []codec{cborCodec{}, queryCodec{}} }
